// The permit is given back on every way out. What is left is the library's own fault: libstdc++ 12's release can miss a
// waiter that is just going to sleep (docs/found/README.md).
#include <cassert>
#include <semaphore>
#include <stdexcept>
#include <thread>

std::counting_semaphore<1> connections{1};

class Permit {
 public:
  Permit() { connections.acquire(); }
  ~Permit() { connections.release(); }
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
};

void query(bool valid) {
  const Permit permit;
  if (!valid) throw std::invalid_argument("syntax error");
}

void request(bool valid) {
  try {
    query(valid);
  } catch (const std::invalid_argument&) {
  }
}

int main() {
  std::thread bad(request, false), good(request, true);
  bad.join();
  good.join();
  assert(connections.try_acquire() && "the connection is back in the pool");
}
