// A limit is a number of permits: taking one checks and counts in one step.
#include <lockstep/sync/semaphore.h>

#include <cassert>
#include <thread>

constexpr int kLimit = 1;
lockstep::sync::semaphore left(kLimit);

bool take() { return left.try_acquire(); }

int main() {
  bool other_took = false;
  std::thread other([&] { other_took = take(); });
  const bool main_took = take();
  other.join();
  assert(main_took != other_took && left.permits() == 0 && "the limit, exactly");
}
