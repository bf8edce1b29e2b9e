// await looks: not done yet. The completion comes. Then await notes that somebody waits, over the completion, and
// nobody resumes the coroutine any more.
#include <atomic>
#include <cassert>
#include <thread>

enum class State : char { kPending, kWaiting, kDone };
std::atomic<State> state{State::kPending};
std::atomic<int> resumed{0};

void complete() {
  if (state.exchange(State::kDone) == State::kWaiting) ++resumed;  // handle.resume()
}

void await() {
  if (state == State::kDone) {
    ++resumed;  // goes on without suspending
    return;
  }
  state = State::kWaiting;  // suspended
}

int main() {
  std::thread worker(complete);
  await();
  worker.join();
  assert(resumed == 1 && "somebody goes on with the coroutine");
}
