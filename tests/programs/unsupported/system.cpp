// expect: unsupported
// The program runs a command.
#include <cstdlib>
#include <thread>

int main() {
  int result = 0;
  std::thread t([&] { result = std::system("true"); });
  t.join();
  return result;
}
