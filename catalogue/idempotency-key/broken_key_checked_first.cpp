// Two attempts with one key run at once; both look before either has stored it.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> key_seen{false};
std::atomic<int> charged{0};

void server() {
  if (key_seen) return;
  ++charged;
  key_seen = true;
}

int main() {
  std::thread attempt(server), again(server);
  attempt.join();
  again.join();
  assert(charged == 1 && "charged once");
}
