// expect: fail kind=assertion pattern=check-then-act object=stack.count_
// Each call is locked; that there is something may not hold any more at the second.
#include <cassert>
#include <mutex>
#include <thread>

class Stack {
 public:
  bool empty() {
    std::lock_guard lock(mutex_);
    return count_ == 0;
  }
  int take() {
    std::lock_guard lock(mutex_);
    assert(count_ > 0);
    return items_[--count_];
  }

 private:
  std::mutex mutex_;
  int items_[4] = {5};
  int count_ = 1;
};

Stack stack;

void worker() {
  if (!stack.empty()) stack.take();
}

int main() {
  std::thread other(worker);
  worker();
  other.join();
}
