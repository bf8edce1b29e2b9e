// The waiter gives out both forks or none: nobody sits there with one.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

constexpr int kSeats = 3;
std::mutex waiter;
std::condition_variable put_down;
bool taken[kSeats];
int meals[kSeats];

void dine(int seat) {
  const int left = seat, right = (seat + 1) % kSeats;
  {
    std::unique_lock lock(waiter);
    put_down.wait(lock, [&] { return !taken[left] && !taken[right]; });
    taken[left] = taken[right] = true;
  }
  ++meals[seat];
  std::lock_guard lock(waiter);
  taken[left] = taken[right] = false;
  put_down.notify_all();
}

int main() {
  std::thread plato(dine, 0), kant(dine, 1), hume(dine, 2);
  plato.join();
  kant.join();
  hume.join();
  assert(meals[0] + meals[1] + meals[2] == kSeats);
}
