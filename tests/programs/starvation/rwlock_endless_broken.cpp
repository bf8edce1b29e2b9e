// expect: fail kind=starvation
// Readers and a writer that serve for ever: the readers can overlap without end.
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex m;
int value = 0;

void reader() {
  for (;;) {
    std::shared_lock lock(m);
    if (value < 0) return;
  }
}

int main() {
  std::thread r1(reader), r2(reader);
  std::thread writer([] {
    for (;;) {
      std::unique_lock lock(m);
      value = 1 - value;
    }
  });
  r1.join();
  r2.join();
  writer.join();
}
