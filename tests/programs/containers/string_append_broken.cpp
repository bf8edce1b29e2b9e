// expect: fail kind=data-race
// flags: -O0
// Two threads append to one string.
#include <string>
#include <thread>

std::string text;

int main() {
  std::thread t([] { text += "a string of some length"; });
  text += "another string of some length";
  t.join();
}
