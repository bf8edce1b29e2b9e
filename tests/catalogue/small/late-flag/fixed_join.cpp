// The read comes after the end of the thread.
#include <thread>

bool set = false;

int main() {
  std::thread t([] { set = true; });
  t.join();
  const bool seen = set;
  return !seen;
}
