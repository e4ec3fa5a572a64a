"""Makes a virtual machine own memory: touches 3 GiB and gives them back to the kernel.

Memory that was freed goes back to the machine's host after some seconds, and the next program to fill the page cache
waits for it page by page: one run in two took twice its time, whoever's it was.
"""

memory = bytearray(3 << 30)
for page in range(0, len(memory), 4096):
    memory[page] = 1
