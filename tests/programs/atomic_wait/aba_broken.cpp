// expect: fail kind=deadlock
// The value changes and changes back before the waiter looks: to the waiter nothing happened.
#include <atomic>
#include <thread>

std::atomic<int> state{0};

int main() {
  std::thread t([] {
    state.store(1);
    state.notify_one();
    state.store(0);
    state.notify_one();
  });
  state.wait(0);
  t.join();
}
