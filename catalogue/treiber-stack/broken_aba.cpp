// Nodes have numbers and are never freed, so there is no use after free; the stack is corrupted all the same.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> head{0};     // 0: empty
std::atomic<int> next_of[3];  // of nodes 1 and 2
std::atomic<bool> owned[3];

int pop() {
  int top = head.load();
  while (top != 0 && !head.compare_exchange_strong(top, next_of[top].load())) {
  }
  if (top != 0) assert(!owned[top].exchange(true) && "a node has one owner");
  return top;
}

void push(int node) {
  owned[node] = false;
  int top = head.load();
  do {
    next_of[node] = top;
  } while (!head.compare_exchange_strong(top, node));
}

int main() {
  push(2);
  push(1);
  std::thread other(pop);
  const int first = pop();
  pop();
  if (first != 0) push(first);  // the head is what it was, the stack is not
  other.join();
  pop();
  pop();
}
