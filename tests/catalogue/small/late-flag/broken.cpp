// Nothing orders the two.
#include <thread>

bool set = false;

int main() {
  std::thread t([] { set = true; });
  const bool seen = set;
  t.join();
  return seen && !set;
}
