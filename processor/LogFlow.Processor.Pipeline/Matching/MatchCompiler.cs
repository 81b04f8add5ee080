namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Makes a <see cref="MatchProgram"/> of a pattern, from its end to its start: so each step knows what may follow it.
/// A run of characters that cannot be followed by one of its own never has to give one back.
/// </summary>
internal sealed class MatchCompiler
{
    private const int OpCountMax = 8192;

    private readonly List<MatchOp> _ops = [];
    private int _triedCount;
    private int _slotCount;

    // Inside of groups whose ways are cut off, a way that failed once may still lead on when it is tried again.
    private int _cutDepth;
    private string? _problem;

    private MatchCompiler()
    {
    }

    /// <summary>Compiles a pattern.</summary>
    /// <returns>Null with the reason when only .NET's Regex can do it.</returns>
    public static MatchProgram? Compile(MatchNode pattern, out string? problem)
    {
        var compiler = new MatchCompiler();
        var end = compiler.Add(new MatchOp(MatchOpKind.Matched, null, FirstChars.Matched));
        var start = compiler.Build(pattern, end);
        problem = compiler._problem;
        return problem is null
            ? new MatchProgram(pattern, start, [.. compiler._ops], compiler._slotCount, compiler._triedCount)
            : null;
    }

    private MatchOp Add(MatchOp op)
    {
        op.Id = _ops.Count;
        if (_ops.Count < OpCountMax)
        {
            _ops.Add(op);
        }
        else
        {
            _problem ??= "it is too long";
        }
        return op;
    }

    private MatchOp Add(MatchOpKind kind, MatchNode node, MatchOp next) =>
        Add(new MatchOp(kind, next, FirstChars.Of(node, next.First)));

    private MatchOp Build(MatchNode node, MatchOp next)
    {
        if (_problem is not null)
        {
            return next;
        }
        switch (node)
        {
            case MatchNode.Text { Value: var text }:
                var literal = Add(text.Length == 1 ? MatchOpKind.Char : MatchOpKind.Text, node, next);
                literal.Text = text;
                return literal;
            case MatchNode.One { Set: var set }:
                var one = Add(MatchOpKind.One, node, next);
                one.Set = set;
                return one;
            case MatchNode.Sequence { Parts: var parts }:
                for (var i = parts.Length - 1; i >= 0; i--)
                {
                    next = Build(parts[i], next);
                }
                return next;
            case MatchNode.Choice { Branches: var branches }:
                return BuildChoice(branches, next);
            case MatchNode.Repeat repeat:
                return SetOf(repeat.Body) is { } characters
                    ? BuildRun(repeat, characters, next)
                    : BuildRepeat(repeat, next);
            case MatchNode.Capture capture:
                return BuildCapture(capture, next);
            case MatchNode.Atomic atomic:
                return BuildAtomic(atomic, next);
            case MatchNode.Ahead ahead:
                return BuildAhead(ahead, next);
            case MatchNode.Behind behind:
                var look = Add(behind.IsNegated ? MatchOpKind.NotBehind : MatchOpKind.Behind, node, next);
                look.Set = behind.Set;
                return look;
            case MatchNode.BehindText behind:
                var lookForText = Add(
                    behind.IsNegated ? MatchOpKind.NotBehindText : MatchOpKind.BehindText, node, next);
                lookForText.Text = behind.Value;
                return lookForText;
            case MatchNode.Place place:
                var test = Add(MatchOpKind.Place, node, next);
                test.Place = place.Kind;
                return test;
            default:
                _problem = ((MatchNode.Opaque)node).What;
                return next;
        }
    }

    private static CharSet? SetOf(MatchNode node) => node switch
    {
        MatchNode.One one => one.Set,
        MatchNode.Text { Value: [< (char)128 and var c] } => CharSet.Of(c),
        _ => null,
    };

    private MatchOp BuildCapture(MatchNode.Capture capture, MatchOp next)
    {
        _slotCount = Math.Max(_slotCount, capture.Slot + 1);
        if (capture.Body is MatchNode.Repeat repeat && SetOf(repeat.Body) is { } set
            && KindOfRun(repeat, set, next) == MatchOpKind.Run)
        {
            var run = BuildRun(repeat, set, next);
            run.Slot = capture.Slot;
            return run;
        }
        var end = Add(MatchOpKind.CaptureEnd, MatchNode.Empty, next);
        end.Slot = capture.Slot;
        var start = Add(MatchOpKind.CaptureStart, MatchNode.Empty, Build(capture.Body, end));
        start.Slot = capture.Slot;
        return start;
    }

    private MatchOp BuildChoice(ReadOnlySpan<MatchNode> branches, MatchOp next)
    {
        // More than fit in the bits: the last way is the choice between the rest.
        var fit = Math.Min(branches.Length, MatchBranches.CountMax - 1);
        var targets = new List<MatchOp>();
        foreach (var branch in branches[..fit])
        {
            targets.Add(Build(branch, next));
        }
        if (fit < branches.Length)
        {
            targets.Add(BuildChoice(branches[fit..], next));
        }
        return AddChoose([.. targets]);
    }

    private MatchOp AddChoose(MatchOp[] targets)
    {
        var first = targets[0].First;
        foreach (var target in targets.AsSpan(1))
        {
            first = first.Or(target.First);
        }
        var choose = NewChoose(first);
        choose.Branches = new MatchBranches(targets);
        return choose;
    }

    private MatchOp NewChoose(FirstChars first)
    {
        var choose = Add(new MatchOp(MatchOpKind.Choose, null, first));
        choose.TriedId = NextTriedId();
        return choose;
    }

    private int NextTriedId() => _cutDepth > 0 ? -1 : _triedCount++;

    private MatchOp BuildRun(MatchNode.Repeat repeat, CharSet set, MatchOp next)
    {
        var kind = KindOfRun(repeat, set, next);
        var run = Add(kind, repeat, next);
        (run.Set, run.Min, run.Max) = (set, repeat.Min, MaxOfRun(repeat, next));
        run.Follow = kind == MatchOpKind.Run ? null : next.First.ToSearchValues();
        run.TriedId = NextTriedId();
        return run;
    }

    private static int MaxOfRun(MatchNode.Repeat repeat, MatchOp next) =>
        repeat.IsLazy && next.First.Always ? repeat.Min : repeat.Max;

    private static MatchOpKind KindOfRun(MatchNode.Repeat repeat, CharSet set, MatchOp next)
    {
        var isRun = repeat.Min == MaxOfRun(repeat, next) || next.First.Excludes(set)
            || (!repeat.IsLazy && (next.First.Always || EndsAtWordEdge(repeat, set, next)));
        return isRun ? MatchOpKind.Run : repeat.IsLazy ? MatchOpKind.Lazy : MatchOpKind.Greedy;
    }

    // Between two characters of words there is no edge: giving one back leads nowhere.
    private static bool EndsAtWordEdge(MatchNode.Repeat repeat, CharSet set, MatchOp next)
    {
        while (next.Kind == MatchOpKind.CaptureEnd)
        {
            next = next.Next;
        }
        return repeat.Min > 0 && set.IsWithin(CharSet.AsciiWord)
            && next is { Kind: MatchOpKind.Place, Place: MatchPlace.WordEdge };
    }

    private MatchOp BuildRepeat(MatchNode.Repeat repeat, MatchOp next)
    {
        if (MatchFacts.MinLength(repeat.Body) == 0 && (repeat.Min, repeat.Max) != (0, 1))
        {
            // .NET ends such a loop by rules of its own.
            _problem = "a group that may be empty is repeated";
            return next;
        }
        var result = next;
        if (repeat.Max == MatchNode.Unbounded)
        {
            var loop = NewChoose(FirstChars.Of(repeat.Body, next.First).Or(next.First));
            var body = Build(repeat.Body, loop);
            loop.Branches = new MatchBranches(repeat.IsLazy ? [next, body] : [body, next]);
            result = loop;
        }
        else
        {
            for (var i = repeat.Min; i < repeat.Max && _problem is null; i++)
            {
                var body = Build(repeat.Body, result);
                result = AddChoose(repeat.IsLazy ? [next, body] : [body, next]);
            }
        }
        for (var i = 0; i < repeat.Min && _problem is null; i++)
        {
            result = Build(repeat.Body, result);
        }
        return result;
    }

    private MatchOp BuildAtomic(MatchNode.Atomic atomic, MatchOp next)
    {
        if (HasOneWay(atomic.Body))
        {
            return Build(atomic.Body, next);
        }
        if (atomic.Body is MatchNode.Repeat { IsLazy: false } repeat && SetOf(repeat.Body) is { } set)
        {
            var run = Add(MatchOpKind.Run, repeat, next);
            (run.Set, run.Min, run.Max, run.TriedId) = (set, repeat.Min, repeat.Max, NextTriedId());
            return run;
        }
        return BuildCut(MatchOpKind.AtomicStart, MatchOpKind.AtomicEnd, atomic, atomic.Body, next);
    }

    private static bool HasOneWay(MatchNode node) => node switch
    {
        MatchNode.Text or MatchNode.One or MatchNode.Place or MatchNode.Behind or MatchNode.BehindText => true,
        MatchNode.Sequence sequence => sequence.Parts.All(HasOneWay),
        MatchNode.Repeat repeat => repeat.Min == repeat.Max && SetOf(repeat.Body) is not null,
        _ => false,
    };

    private MatchOp BuildAhead(MatchNode.Ahead ahead, MatchOp next) => ahead.IsNegated
        ? BuildCut(MatchOpKind.NotAheadStart, MatchOpKind.NotAheadEnd, ahead, ahead.Body, next)
        : BuildCut(MatchOpKind.AheadStart, MatchOpKind.AheadEnd, ahead, ahead.Body, next);

    // A group that is left by one way only: within it the end of the group is the end of the pattern.
    private MatchOp BuildCut(MatchOpKind startKind, MatchOpKind endKind, MatchNode node, MatchNode body, MatchOp next)
    {
        _cutDepth++;
        var end = Add(new MatchOp(endKind, next, FirstChars.Matched));
        var inner = Build(body, end);
        _cutDepth--;
        var start = Add(startKind, node, next);
        start.Branches = new MatchBranches([inner, next]);
        return start;
    }
}
