// expect: fail kind=starvation
// Readers and writers by hand: a writer waits until nobody reads, and readers do not wait for writers.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex m;
std::condition_variable nobody_reads;
int readers = 0;

void reader() {
  for (;;) {
    {
      std::lock_guard lock(m);
      ++readers;
    }
    {
      std::lock_guard lock(m);
      if (--readers == 0) nobody_reads.notify_all();
    }
  }
}

void writer() {
  for (;;) {
    std::unique_lock lock(m);
    nobody_reads.wait(lock, [] { return readers == 0; });
  }
}

int main() {
  std::thread r1(reader), r2(reader), w(writer);
  r1.join();
  r2.join();
  w.join();
}
