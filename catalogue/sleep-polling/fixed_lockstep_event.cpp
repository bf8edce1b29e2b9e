// The event itself is waited for, and the time is what it should be: the point at which one gives up.
#include <lockstep/sync/event.h>

#include <cassert>
#include <chrono>
#include <thread>

lockstep::sync::event listening;
bool up = false;

int main() {
  std::thread server([] {
    up = true;
    listening.set();
  });
  if (listening.wait_for(std::chrono::milliseconds(100))) assert(up && "the server is up");
  server.join();
}
