// expect: pass
// tags: spin
// Lamport's bakery with seq_cst throughout.
#include <array>
#include <atomic>
#include <cassert>
#include <thread>

class Bakery {
 public:
  void lock(size_t me) {
    choosing_[me] = true;
    int highest = 0;
    for (auto& n : number_) highest = std::max(highest, n.load());
    number_[me] = highest + 1;
    choosing_[me] = false;
    for (size_t other = 0; other < 2; ++other) {
      if (other == me) continue;
      while (choosing_[other]) std::this_thread::yield();
      while (number_[other] != 0 && std::pair(number_[other].load(), other) < std::pair(number_[me].load(), me))
        std::this_thread::yield();
    }
  }
  void unlock(size_t me) { number_[me] = 0; }

 private:
  std::array<std::atomic<bool>, 2> choosing_{};
  std::array<std::atomic<int>, 2> number_{};
};

int main() {
  Bakery lock;
  int counter = 0;
  auto work = [&](size_t me) {
    lock.lock(me);
    ++counter;
    lock.unlock(me);
  };
  std::thread a(work, 0), b(work, 1);
  a.join();
  b.join();
  assert(counter == 2);
}
