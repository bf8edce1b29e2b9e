// expect: pass
// tags: spin
// A writer first closes the door: readers that come later wait for it.
#include <atomic>
#include <thread>

std::atomic<int> readers{0};
std::atomic<bool> closed{false};
std::atomic<bool> done{false};

void reader() {
  while (!done) {
    if (closed) {
      std::this_thread::yield();
      continue;
    }
    ++readers;
    --readers;
  }
}

int main() {
  std::thread r1(reader), r2(reader);
  std::thread writer([] {
    closed = true;
    while (readers != 0) std::this_thread::yield();
    done = true;
    closed = false;
  });
  r1.join();
  r2.join();
  writer.join();
}
