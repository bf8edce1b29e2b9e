// Who asks takes a ticket; the waiter seats in that order, so only those who came before are waited for.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

constexpr int kSeats = 3;
std::mutex waiter;
std::condition_variable changed;
bool eating[kSeats];
int next_ticket = 0, serving = 0;
int meals = 0;

bool neighbours_rest(int seat) { return !(seat > 0 && eating[seat - 1]) && !(seat + 1 < kSeats && eating[seat + 1]); }

void dine(int seat) {
  {
    std::unique_lock lock(waiter);
    const int mine = next_ticket++;
    changed.wait(lock, [=] { return serving == mine && neighbours_rest(seat); });
    ++serving;
    eating[seat] = true;
    changed.notify_all();
  }
  std::lock_guard lock(waiter);
  eating[seat] = false;
  ++meals;
  changed.notify_all();
}

int main() {
  std::thread plato(dine, 0), kant(dine, 1), hume(dine, 2);
  plato.join();
  kant.join();
  hume.join();
  assert(meals == kSeats);
}
