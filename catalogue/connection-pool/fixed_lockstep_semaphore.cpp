// The permit as an object over lockstep::sync::semaphore: waiters are served in order, and no wakeup is lost.
#include <lockstep/sync/semaphore.h>

#include <cassert>
#include <stdexcept>
#include <thread>

lockstep::sync::semaphore connections(1, "connections");

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
  assert(connections.permits() == 1 && "the connection is back in the pool");
}
