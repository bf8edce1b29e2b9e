// expect: fail kind=starvation object=readers
// tags: spin
// A spinning reader-writer lock: readers count themselves in, a writer needs the count to be 0.
#include <atomic>
#include <thread>

std::atomic<int> readers{0};  // -1: a writer
std::atomic<bool> done{false};

void reader() {
  while (!done) {
    int n = readers;
    if (n < 0 || !readers.compare_exchange_strong(n, n + 1)) continue;
    readers.fetch_sub(1);
  }
}

int main() {
  std::thread r1(reader), r2(reader);
  std::thread writer([] {
    int none = 0;
    while (!readers.compare_exchange_strong(none, -1)) none = 0;
    done = true;
    readers = 0;
  });
  r1.join();
  r2.join();
  writer.join();
}
