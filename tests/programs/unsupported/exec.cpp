// expect: unsupported
// The program replaces itself by another.
#include <unistd.h>

#include <thread>

int main() {
  std::thread t([] { execl("/bin/true", "true", static_cast<char*>(nullptr)); });
  t.join();
}
