// std::shared_mutex is glibc's rwlock, whose default is to let readers in as long as one of them reads.
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex mutex;
std::atomic<bool> written{false};

void read_until_written() {
  while (!written) {
    const std::shared_lock lock(mutex);
  }
}

void write_once() {
  const std::unique_lock lock(mutex);
  written = true;
}

int main() {
  std::thread a(read_until_written), b(read_until_written), writer(write_once);
  writer.join();
  a.join();
  b.join();
}
