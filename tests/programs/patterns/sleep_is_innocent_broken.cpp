// expect: fail kind=assertion pattern=read-modify-write object=counter
// There is a sleep, but the fault is an update in two steps.
#include <atomic>
#include <cassert>
#include <chrono>
#include <thread>

std::atomic<int> counter{0};

void add() {
  const int before = counter;
  counter = before + 1;
}

int main() {
  std::thread other(add);
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  add();
  other.join();
  assert(counter == 2);
}
