// expect: fail kind=deadlock
// Two initialisers, each of which needs the other.
#include <mutex>
#include <thread>

std::once_flag first, second;
int a, b;

void one() {
  std::call_once(first, [] {
    std::call_once(second, [] { ++b; });
    ++a;
  });
}

void two() {
  std::call_once(second, [] {
    std::call_once(first, [] { ++a; });
    ++b;
  });
}

int main() {
  std::thread t(one);
  two();
  t.join();
}
