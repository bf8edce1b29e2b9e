// No second thread is needed: push_back moves the elements, and the loop goes on in the old buffer.
#include <cassert>
#include <thread>
#include <vector>

std::vector<int> jobs;

void run_all() {
  int done = 0;
  for (int job : jobs) {
    ++done;
    if (job == 1) jobs.push_back(2);  // job 1 has a follow-up
  }
  assert(done == 3 && "the follow-up ran too");
}

int main() {
  jobs = {1, 3};
  std::thread worker(run_all);
  worker.join();
}
