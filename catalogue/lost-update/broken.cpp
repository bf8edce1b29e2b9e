// `+=` on a plain variable reads, adds and writes; nothing keeps the other thread out in between.
#include <cassert>
#include <thread>

int balance = 0;

void deposit(int amount) { balance += amount; }

int main() {
  std::thread other(deposit, 100);
  deposit(50);
  other.join();
  assert(balance == 150 && "no deposit is lost");
}
