// The result of a submitted task is its value or what it threw.
#include <lockstep/sync/thread_pool.h>

#include <cassert>
#include <stdexcept>

int load(bool there) {
  if (!there) throw std::runtime_error("no such file");
  return 1;
}

int main() {
  lockstep::sync::thread_pool pool(1);
  auto pending = pool.submit([] { return load(false); });
  bool failed = false;
  try {
    pending.get();
  } catch (const std::runtime_error&) {
    failed = true;
  }
  assert(failed && "whoever asks is told");
}
