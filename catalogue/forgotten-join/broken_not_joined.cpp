// `worker` goes out of scope while it may still run.
#include <thread>

void work() {}

int main() { std::thread worker(work); }
