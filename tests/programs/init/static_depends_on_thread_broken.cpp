// expect: fail kind=deadlock
// The initialiser of a function-local static waits for a thread that needs that same static.
#include <thread>

int& value();

int compute() {
  std::thread t([] { value() = 1; });
  t.join();
  return 2;
}

int& value() {
  static int v = compute();
  return v;
}

int main() { return value() - 2; }
