"""The child: a question and a calendar on standard input, the answer on output."""

import sys

from digest.gather.calendars.ics.answer import CalendarQuestion
from digest.gather.calendars.ics.expand import answered
from digest.gather.calendars.ics.limits import confine

confine()
asked = CalendarQuestion.from_json(sys.stdin.buffer.readline())
sys.stdout.buffer.write(answered(sys.stdin.buffer.read(), asked).to_json().encode())
