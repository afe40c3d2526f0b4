"""The child: a question and a calendar on standard input, the answer on output."""

import sys

from digest.gather.calendars.ics.answer import CalendarQuestion
from digest.gather.calendars.ics.confinement import confine
from digest.gather.calendars.ics.expand import answered

confine()
question = CalendarQuestion.from_json(sys.stdin.buffer.readline())
answer = answered(sys.stdin.buffer.read(), question)
sys.stdout.buffer.write(answer.to_json().encode())
