// expect: fail kind=data-race
// wait_for may time out; what the task writes is read all the same.
#include <chrono>
#include <future>

int result;

int main() {
  auto f = std::async(std::launch::async, [] { result = 1; });
  f.wait_for(std::chrono::seconds(10));
  int seen = result;
  f.get();
  return seen > 1;
}
