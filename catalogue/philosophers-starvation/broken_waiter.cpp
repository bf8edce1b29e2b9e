// Three in a row; the one in the middle needs what both neighbours use. They take turns, one of them always eats.
#include <condition_variable>
#include <mutex>
#include <thread>

constexpr int kSeats = 3;
std::mutex waiter;
std::condition_variable put_down;
bool eating[kSeats];

bool neighbours_rest(int seat) { return !(seat > 0 && eating[seat - 1]) && !(seat + 1 < kSeats && eating[seat + 1]); }

void dine(int seat) {
  for (;;) {
    {
      std::unique_lock lock(waiter);
      put_down.wait(lock, [=] { return neighbours_rest(seat); });
      eating[seat] = true;
    }
    std::lock_guard lock(waiter);
    eating[seat] = false;
    put_down.notify_all();
  }
}

int main() {
  std::thread plato(dine, 0), kant(dine, 1), hume(dine, 2);
  plato.join();
  kant.join();
  hume.join();
}
