// expect: fail kind=data-race object=total warning=none
// options: --keep-going --mode exhaustive
// A race that is reported and passed over does not make a later warning look as if the program were nondeterministic.
#include <mutex>
#include <thread>

int total = 0;
std::mutex a, b;

int main() {
  std::thread other([] {
    ++total;
    std::lock_guard first(a);
    std::lock_guard second(b);
  });
  ++total;
  {
    std::lock_guard first(b);
    std::lock_guard second(a);
  }
  other.join();
}
