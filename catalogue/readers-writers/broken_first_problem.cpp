// The first readers-writers problem: the writer needs a moment without readers, and two of them see to it that there is
// none.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable no_readers;
int readers = 0;
std::atomic<bool> written{false};

void read_until_written() {
  while (!written) {
    {
      const std::lock_guard lock(mutex);
      ++readers;  // comes in whether or not a writer waits
    }
    {
      const std::lock_guard lock(mutex);
      if (--readers == 0) no_readers.notify_one();
    }
  }
}

void write_once() {
  std::unique_lock lock(mutex);
  no_readers.wait(lock, [] { return readers == 0; });
  written = true;
}

int main() {
  std::thread a(read_until_written), b(read_until_written), writer(write_once);
  writer.join();
  a.join();
  b.join();
}
