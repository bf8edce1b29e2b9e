// expect: fail kind=data-race
// Different elements of a vector<bool> share a word.
#include <thread>
#include <vector>

int main() {
  std::vector<bool> values(2);
  std::thread t([&] { values[0] = true; });
  values[1] = true;
  t.join();
}
