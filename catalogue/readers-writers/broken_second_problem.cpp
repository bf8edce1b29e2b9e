// The second readers-writers problem: no reader starts while a writer waits. Two writers that take turns are always one
// that waits.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
int waiting_writers = 0;
bool writing = false;
std::atomic<bool> was_read{false};

void write_until_read() {
  while (!was_read) {
    {
      std::unique_lock lock(mutex);
      ++waiting_writers;
      changed.wait(lock, [] { return !writing; });
      --waiting_writers;
      writing = true;
    }
    {
      const std::lock_guard lock(mutex);
      writing = false;
      changed.notify_all();
    }
  }
}

void read_once() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return !writing && waiting_writers == 0; });
  was_read = true;
}

int main() {
  std::thread a(write_until_read), b(write_until_read), reader(read_once);
  reader.join();
  a.join();
  b.join();
}
