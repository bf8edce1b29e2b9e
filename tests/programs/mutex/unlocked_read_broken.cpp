// expect: fail kind=data-race
// flags: -O0
// The writer locks; the reader thinks that a read needs no lock.
#include <mutex>
#include <thread>

struct Gauge {
  std::mutex m;
  long value = 0;
  void set(long v) {
    std::lock_guard lock(m);
    value = v;
  }
  long get() const { return value; }
};

int main() {
  Gauge gauge;
  std::thread writer([&] { gauge.set(3); });
  long seen = gauge.get();
  writer.join();
  return seen > 3;
}
