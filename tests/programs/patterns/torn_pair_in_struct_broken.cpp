// expect: fail kind=assertion pattern=torn-access object=range.low
// A range of two atomics that are stored one after the other: a reader sees one of them from before.
#include <atomic>
#include <cassert>
#include <thread>

template <class T>
struct Range {
  std::atomic<T> low{0}, high{10};
  void move(T by) {
    low = low + by;
    high = high + by;
  }
};

Range<int> range;

int main() {
  std::thread mover([] { range.move(20); });
  const int low = range.low;
  const int high = range.high;
  assert(low <= high);
  assert(high - low == 10);
  mover.join();
}
