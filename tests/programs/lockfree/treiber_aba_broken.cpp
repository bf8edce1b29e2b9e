// expect: fail kind=assertion pattern=aba
// Pop is interrupted between reading `next` and its compare-exchange; the others pop two nodes and push the first
// one back, so the exchange succeeds with a `next` that is no longer in the stack.
#include <atomic>
#include <cassert>
#include <thread>

// Nodes are numbered and never freed: 0 is the end of the list.
std::atomic<int> head{0};
std::atomic<int> next_of[3];
std::atomic<bool> taken[3];

int pop() {
  int n = head.load();
  while (n != 0 && !head.compare_exchange_strong(n, next_of[n].load())) {
  }
  if (n != 0) assert(!taken[n].exchange(true));
  return n;
}

void push(int n) {
  taken[n] = false;
  int old = head.load();
  do {
    next_of[n] = old;
  } while (!head.compare_exchange_strong(old, n));
}

int main() {
  next_of[1] = 2;
  head = 1;
  std::thread t([] { pop(); });
  int first = pop();
  pop();
  if (first != 0) push(first);
  t.join();
  while (pop() != 0) {
  }
}
