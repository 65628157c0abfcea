"""The gate: every figure that leaves the raw answers goes through `release_all`.

It works on tallies alone: of each question how many people of each cell answered and how many of
them fall in each row. What comes out is what may be shown; a results page reads nothing else. While
a wave is open, nothing but the number of responses is shown: `surveys.results` refuses.

1. *Threshold rule.* A group or a total is shown only if nobody or at least `threshold` people
   stand behind it (Hundepool et al., *Statistical Disclosure Control*, Wiley 2012, on tables of
   counts). The law for official statistics says the same without a number: single answers may
   appear together with those of others, or where they cannot be assigned to anybody (§16 (1) no. 3
   and 4 BStatG). In `gate`.
2. *Complementary suppression.* What is hidden must not follow by subtracting: those hidden
   together, and every set of people whose figures follow from the shown ones by linear algebra,
   are at least `threshold` (Duncan, Elliot and Salazar-González, *Statistical Confidentiality*,
   Springer 2011; Daalmans and de Waal, "An Improved Formulation of the Disclosure Auditing Problem
   for Secondary Cell Suppression", Transactions on Data Privacy 3, 2010, on hidden cells that
   follow together). In `gate` and `audit`.
3. *Anonymous contributors count for themselves.* The task force may read attributed answers and
   can subtract them. So every rule holds for the anonymous respondents alone, too.
4. *Group disclosure.* That all of a small group chose an answer, or none did, says what each of
   them answered. So in a group of fewer than twice the threshold, and among those who are hidden,
   0 and 1 are one figure ("0–1"), and so are all and all but one. Totals are sums of such figures
   (Hundepool et al. under "group disclosure"). In `widening`.
5. *The complement of a single choice.* Where each person chose one answer, rows add up to the base
   and the last one follows from the others. So where rule 4 widens a row, another one may have to
   be widened with it (complementary suppression again, along the rows). In `widening`.
6. *Exact audit.* Somebody who reads all that is published of a wave, knows the size of each group
   and how questions depend on each other and, as the task force does, all attributed answers, must
   not be able to work out what is hidden. The audit takes that person's place, with linear algebra,
   bounds and search (Dobra and Fienberg, Gusfield: sources in `knowledge` and `whole_numbers`).
   What it finds is mended by showing less, if need be nothing of the question.

*Betrayed* is the number of people in a row

- of a group under the threshold, if it can only be one number;
- of a group under twice the threshold, of those hidden together, or of the people in one group of
  each breakdown, if it can only be nobody or only be all of them: each person's answer follows.

What cannot be found out with patience counts as betrayed. Not betrayed is what follows from a
figure by which all or none of twice the threshold or more agree (it is a statement about the
group), nor what is known before anything is shown.

By rules 1, 2 and 4, which groups are hidden and what is widened depend on sizes, so somebody who
knows this program learns nothing from that (Kenthapadi, Mishra and Nissim, "Simulatable Auditing",
PODS 2005). Rule 6 looks at the answers themselves. It has something to mend only where questions or
breakdowns depend on each other.
"""

from surveys.disclosure.audit import Finding, audit, what_follows
from surveys.disclosure.gate import release, release_all
from surveys.disclosure.tables import (
    Column,
    Figure,
    Reason,
    Relation,
    Release,
    Rows,
    Span,
    Table,
    Tally,
)

__all__ = [
    "Column",
    "Figure",
    "Finding",
    "Reason",
    "Relation",
    "Release",
    "Rows",
    "Span",
    "Table",
    "Tally",
    "audit",
    "release",
    "release_all",
    "what_follows",
]
