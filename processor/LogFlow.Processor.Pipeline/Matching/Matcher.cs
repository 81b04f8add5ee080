using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Runs <see cref="MatchProgram"/>s: tries one way, and where it does not lead on goes back to the last step that has
/// another. A text that makes it go back a lot is remembered step by step, so that nothing is tried twice at the same
/// place: the time grows with the length of the text and no faster. Not thread-safe; each worker has one.
/// </summary>
internal sealed partial class Matcher
{
    // A text that needs no going back takes fewer steps than this many a character.
    private const int StepsBeforeMemory = 16;

    private const long StepsBetweenClocks = 1 << 20;

    private readonly TriedStates _tried = new();
    private Frame[] _frames = new Frame[64];
    private int _frameCount;

    // The frame of the innermost group that is to be left by one way only; -1: none.
    private int _barrier;
    private int[] _slots = new int[32];
    private bool _hasCaptured;
    private long _stepsLeft;
    private bool _remembers;
    private TimeSpan? _started;

    /// <summary>Whether every text is remembered step by step; for tests.</summary>
    internal bool RemembersAtOnce { get; init; }

    /// <summary>Where the last match begins.</summary>
    public int Start { get; private set; }

    /// <summary>Where the last match ends.</summary>
    public int End { get; private set; }

    /// <summary>Looks for the first match.</summary>
    /// <exception cref="RegexMatchTimeoutException">It used more processor time than it may.</exception>
    public bool TryMatch(MatchProgram program, ReadOnlySpan<char> text, TimeSpan timeout)
    {
        if (text.Length < program.MinLength)
        {
            return false;
        }
        Prepare(program, text.Length);
        try
        {
            for (var at = program.FindStart(text, 0); at >= 0; at = program.FindStart(text, at + 1))
            {
                if (text.Length - at < program.MinLength)
                {
                    break;
                }
                if (_hasCaptured)
                {
                    ClearSlots(program);
                }
                if (Run(program, text, at, timeout))
                {
                    Start = at;
                    return true;
                }
                if (at == text.Length)
                {
                    break;
                }
                if (--_stepsLeft < 0)
                {
                    TakeStock(program, text, timeout);
                }
            }
            return false;
        }
        finally
        {
            if (_remembers)
            {
                _tried.End();
                _remembers = false;
            }
        }
    }

    /// <summary>What a group captured in the last match.</summary>
    public bool TryGetCapture(int slot, out int start, out int length)
    {
        start = _slots[slot * 2];
        var end = _slots[(slot * 2) + 1];
        length = end - start;
        return end >= 0;
    }

    private void Prepare(MatchProgram program, int textLength)
    {
        if (_slots.Length < program.SlotCount * 2)
        {
            _slots = new int[program.SlotCount * 2];
        }
        ClearSlots(program);
        _stepsLeft = ((long)textLength + 64) * StepsBeforeMemory;
        _started = null;
        if (RemembersAtOnce)
        {
            _remembers = _tried.TryBegin(program.TriedCount, textLength);
        }
    }

    private void ClearSlots(MatchProgram program)
    {
        _slots.AsSpan(0, program.SlotCount * 2).Fill(-1);
        _hasCaptured = false;
    }

    private bool Run(MatchProgram program, ReadOnlySpan<char> text, int position, TimeSpan timeout)
    {
        _frameCount = 0;
        _barrier = -1;
        var op = program.Start;
        while (op.Kind != MatchOpKind.Matched)
        {
            if (Step(op, text, ref position) is { } next)
            {
                op = next;
            }
            else if (!TryResume(program, text, timeout, ref op, ref position))
            {
                return false;
            }
        }
        End = position;
        return true;
    }

    /// <summary>Takes a step; what is to be done next, null: the way ends here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private MatchOp? Step(MatchOp op, ReadOnlySpan<char> text, ref int position)
    {
        switch (op.Kind)
        {
            case MatchOpKind.Char:
                if ((uint)position < (uint)text.Length && text[position] == op.Text[0])
                {
                    position++;
                    return op.Next;
                }
                return null;
            case MatchOpKind.Text:
                if (text[position..].StartsWith(op.Text))
                {
                    position += op.Text.Length;
                    return op.Next;
                }
                return null;
            case MatchOpKind.One:
                if ((uint)position < (uint)text.Length && op.Set.Contains(text[position]))
                {
                    position++;
                    return op.Next;
                }
                return null;
            case MatchOpKind.Run when !_remembers:
                var count = CountRun(op, text, position);
                if (count < op.Min)
                {
                    return null;
                }
                SetRunSlot(op, position, position + count);
                position += count;
                return op.Next;
            case MatchOpKind.Choose:
                return Choose(op, text, position);
            case MatchOpKind.CaptureStart:
                SetSlot(op.Slot * 2, position);
                return op.Next;
            case MatchOpKind.CaptureEnd:
                SetSlot((op.Slot * 2) + 1, position);
                return op.Next;
            default:
                return StepElse(op, text, ref position);
        }
    }

    private MatchOp? StepElse(MatchOp op, ReadOnlySpan<char> text, ref int position)
    {
        switch (op.Kind)
        {
            case MatchOpKind.Run or MatchOpKind.Greedy or MatchOpKind.Lazy:
                return TryEnterRun(op, text, ref position) ? op.Next : null;
            case MatchOpKind.Place:
                return IsAt(op.Place, text, position) ? op.Next : null;
            case MatchOpKind.Behind or MatchOpKind.NotBehind:
                var isBehind = position > 0 && op.Set.Contains(text[position - 1]);
                return isBehind == (op.Kind == MatchOpKind.Behind) ? op.Next : null;
            case MatchOpKind.BehindText or MatchOpKind.NotBehindText:
                return text[..position].EndsWith(op.Text) == (op.Kind == MatchOpKind.BehindText) ? op.Next : null;
            case MatchOpKind.NotAheadEnd:
                LeaveGroup(keepCaptures: false);
                return null;
            case MatchOpKind.AtomicEnd:
                LeaveGroup(keepCaptures: true);
                return op.Next;
            case MatchOpKind.AheadEnd:
                position = LeaveGroup(keepCaptures: true);
                return op.Next;
            default:
                Push(op.Id, _barrier, position);
                _barrier = _frameCount - 1;
                return op.Branches!.Targets[0];
        }
    }

    private MatchOp? Choose(MatchOp op, ReadOnlySpan<char> text, int position)
    {
        var branches = op.Branches!;
        var allowed = branches.Allowed(text, position);
        if (allowed == 0 || (_remembers && op.TriedId >= 0 && !_tried.TryAdd(op.TriedId, position)))
        {
            return null;
        }
        var target = branches.Targets[int.TrailingZeroCount(allowed)];
        allowed &= allowed - 1;
        if (allowed != 0)
        {
            Push(op.Id, position, allowed);
        }
        return target;
    }

    /// <summary>Forgets the other ways through a group; where it began.</summary>
    private int LeaveGroup(bool keepCaptures)
    {
        var start = _frames[_barrier];
        var kept = _barrier;
        if (keepCaptures)
        {
            // What captures were before is needed still: whoever goes back to before the group wants that.
            for (var i = _barrier + 1; i < _frameCount; i++)
            {
                if (_frames[i].Op < 0)
                {
                    _frames[kept++] = _frames[i];
                }
            }
        }
        else
        {
            for (var i = _frameCount - 1; i > _barrier; i--)
            {
                if (_frames[i].Op < 0)
                {
                    _slots[~_frames[i].Op] = _frames[i].Position;
                }
            }
            // The group was not to match: the way on is behind the frame of its start, which goes too.
        }
        _frameCount = kept;
        _barrier = start.Position;
        return start.Extra;
    }

    private void SetSlot(int slot, int position)
    {
        if (_frameCount > 0)
        {
            Push(~slot, _slots[slot], 0);
        }
        _slots[slot] = position;
        _hasCaptured = true;
    }

    private void Push(int op, int position, int extra)
    {
        if (_frameCount == _frames.Length)
        {
            Array.Resize(ref _frames, _frameCount * 2);
        }
        _frames[_frameCount++] = new Frame { Op = op, Position = position, Extra = extra };
    }

    private static bool IsAt(MatchPlace place, ReadOnlySpan<char> text, int position) => place switch
    {
        MatchPlace.TextStart => position == 0,
        MatchPlace.TextEnd => position == text.Length,
        MatchPlace.LastLineEnd => position == text.Length || (position == text.Length - 1 && text[position] == '\n'),
        MatchPlace.LineStart => position == 0 || text[position - 1] == '\n',
        MatchPlace.LineEnd => position == text.Length || text[position] == '\n',
        MatchPlace.WordEdge => IsWordEdge(text, position),
        _ => !IsWordEdge(text, position),
    };

    private static bool IsWordEdge(ReadOnlySpan<char> text, int position) =>
        (position > 0 && WordChars.Contains(text[position - 1]))
            != (position < text.Length && WordChars.Contains(text[position]));

    /// <summary>
    /// What to go back to: another way from a step (its id, where it stood, what is left of it), or with a negative id
    /// the value that a slot had.
    /// </summary>
    private struct Frame
    {
        public int Op;
        public int Position;
        public int Extra;
    }
}
