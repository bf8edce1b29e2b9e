// Two atomic methods, used one after the other.
#include <atomic>
#include <cassert>
#include <thread>

class Counter {
 public:
  int value() const { return value_; }
  void increment() { ++value_; }

 private:
  std::atomic<int> value_{0};
};

Counter ids;

int next_id() {
  const int id = ids.value();
  ids.increment();
  return id;
}

int main() {
  int other_id = 0;
  std::thread other([&] { other_id = next_id(); });
  const int id = next_id();
  other.join();
  assert(id != other_id && "ids are unique");
}
