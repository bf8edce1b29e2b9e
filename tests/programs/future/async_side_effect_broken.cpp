// expect: fail kind=data-race
// The task writes a variable that main reads before it has waited for the future.
#include <future>

int progress;

int main() {
  auto f = std::async(std::launch::async, [] { progress = 100; });
  int seen = progress;
  f.get();
  return seen > 100;
}
