// expect: fail kind=crash
// An atomic member of an object that is not there (any more).
#include <atomic>
#include <thread>

struct statistics {
  long total = 0;
  std::atomic<long> requests{0};
};

int main() {
  statistics s;
  std::atomic<statistics*> current{&s};
  std::thread stops([&] { current.store(nullptr); });
  std::thread counts([&] { current.load()->requests.fetch_add(1, std::memory_order_relaxed); });
  stops.join();
  counts.join();
}
