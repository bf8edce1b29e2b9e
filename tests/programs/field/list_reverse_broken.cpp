// expect: fail kind=data-race|crash
// Two threads reverse one list; the links are changed in the library's own code (std::list's hooks).
#include <list>
#include <thread>

int main() {
  std::list<int> numbers{3, 1, 2};
  std::thread a([&] { numbers.reverse(); }), b([&] { numbers.reverse(); });
  a.join();
  b.join();
}
