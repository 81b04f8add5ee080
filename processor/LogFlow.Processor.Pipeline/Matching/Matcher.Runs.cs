using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using LogFlow.Platform;

namespace LogFlow.Processor.Pipeline;

/// <content>Runs of characters, and going back.</content>
internal sealed partial class Matcher
{
    // The characters between which .NET sees no edge of a word; it is asked, beyond ASCII.
    private static readonly CharSet WordChars = CharSet.Ask(@"\b.", ignoreCase: false);

    private bool TryEnterRun(MatchOp op, ReadOnlySpan<char> text, ref int position)
    {
        if (_remembers && op.TriedId >= 0)
        {
            return TryEnterRunOnce(op, text, ref position);
        }
        if (op.Kind == MatchOpKind.Lazy)
        {
            var rest = text[position..];
            if (rest.Length < op.Min || op.Set.CountLeading(rest[..op.Min]) < op.Min)
            {
                return false;
            }
            position += op.Min;
            Push(op.Id, position, Limit(op, position - op.Min));
            return true;
        }
        var count = CountRun(op, text, position);
        if (count < op.Min)
        {
            return false;
        }
        if (op.Kind == MatchOpKind.Greedy && count > op.Min)
        {
            Push(op.Id, position + count, position + op.Min);
        }
        SetRunSlot(op, position, position + count);
        position += count;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int CountRun(MatchOp op, ReadOnlySpan<char> text, int position)
    {
        var rest = text[position..];
        var count = op.Set.CountLeading(rest.Length > op.Max ? rest[..op.Max] : rest);
        _stepsLeft -= count;
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetRunSlot(MatchOp op, int start, int end)
    {
        if (op.Slot >= 0)
        {
            SetSlot(op.Slot * 2, start);
            SetSlot((op.Slot * 2) + 1, end);
        }
    }

    /// <summary>
    /// The same when what has been tried is remembered. Behind its least length a run without bound is the same run
    /// wherever it began: where another one came through, nothing is left to try.
    /// </summary>
    private bool TryEnterRunOnce(MatchOp op, ReadOnlySpan<char> text, ref int position)
    {
        var rest = text[position..];
        if (rest.Length < op.Min || op.Set.CountLeading(rest[..op.Min]) < op.Min)
        {
            return false;
        }
        var start = position + op.Min;
        var limit = Limit(op, position);
        if (!_tried.TryAdd(op.TriedId, op.IsUnbounded ? start : position))
        {
            return false;
        }
        if (op.Kind == MatchOpKind.Lazy)
        {
            position = start;
            Push(op.Id, position, limit);
            return true;
        }
        var end = start;
        while (end < limit && end < text.Length && op.Set.Contains(text[end]))
        {
            end++;
            if (op.IsUnbounded && !_tried.TryAdd(op.TriedId, end))
            {
                if (op.Kind == MatchOpKind.Run)
                {
                    return false;
                }
                end--;
                break;
            }
        }
        _stepsLeft -= end - start;
        if (op.Kind == MatchOpKind.Greedy && end > start)
        {
            Push(op.Id, end, start);
        }
        SetRunSlot(op, position, end);
        position = end;
        return true;
    }

    private static int Limit(MatchOp op, int position) => op.IsUnbounded ? int.MaxValue : position + op.Max;

    /// <summary>Goes back to the last step that has another way; false when there is none.</summary>
    private bool TryResume(
        MatchProgram program, ReadOnlySpan<char> text, TimeSpan timeout, ref MatchOp op, ref int position)
    {
        while (_frameCount > 0)
        {
            ref var frame = ref _frames[_frameCount - 1];
            if (frame.Op < 0)
            {
                _slots[~frame.Op] = frame.Position;
                _frameCount--;
                continue;
            }
            if (--_stepsLeft < 0)
            {
                TakeStock(program, text, timeout);
            }
            op = program.Ops[frame.Op];
            switch (op.Kind)
            {
                case MatchOpKind.Choose:
                    position = frame.Position;
                    var left = frame.Extra;
                    frame.Extra = left & (left - 1);
                    _frameCount -= frame.Extra == 0 ? 1 : 0;
                    op = op.Branches!.Targets[int.TrailingZeroCount(left)];
                    return true;
                case MatchOpKind.Greedy:
                    if (TryGiveBack(op, text, ref frame, ref position))
                    {
                        op = op.Next;
                        return true;
                    }
                    break;
                case MatchOpKind.Lazy:
                    if (TryTakeMore(op, text, ref frame, ref position))
                    {
                        op = op.Next;
                        return true;
                    }
                    break;
                default:
                    _barrier = frame.Position;
                    position = frame.Extra;
                    _frameCount--;
                    if (op.Kind == MatchOpKind.NotAheadStart)
                    {
                        op = op.Next;
                        return true;
                    }
                    break;
            }
        }
        return false;
    }

    private bool TryGiveBack(MatchOp op, ReadOnlySpan<char> text, ref Frame frame, ref int position)
    {
        var (min, at) = (frame.Extra, frame.Position - 1);
        if (op.Follow is not null && at >= min)
        {
            var found = text[min..(at + 1)].LastIndexOfAny(op.Follow);
            at = found < 0 ? -1 : min + found;
        }
        else
        {
            while (at >= min && !op.Next.First.Admits(text[at]))
            {
                at--;
            }
        }
        frame.Position = at;
        position = at;
        _frameCount -= at <= min ? 1 : 0;
        return at >= min;
    }

    private bool TryTakeMore(MatchOp op, ReadOnlySpan<char> text, ref Frame frame, ref int position)
    {
        var at = frame.Position;
        var remembers = _remembers && op is { IsUnbounded: true, TriedId: >= 0 };
        var first = op.Next.First;
        while (at < frame.Extra && at < text.Length && op.Set.Contains(text[at]))
        {
            at++;
            _stepsLeft--;
            if (remembers && !_tried.TryAdd(op.TriedId, at))
            {
                break;
            }
            if (op.Follow is not null && op.Set.IsAll && op.IsUnbounded && !remembers)
            {
                var found = text[at..].IndexOfAny(op.Follow);
                _stepsLeft -= found < 0 ? text.Length - at : found;
                at = found < 0 ? text.Length : at + found;
            }
            if (at < text.Length ? first.Admits(text[at]) : first.AtEnd)
            {
                frame.Position = at;
                position = at;
                return true;
            }
        }
        _frameCount--;
        return false;
    }

    /// <summary>More steps than expected: from now on nothing is tried twice, and the clock is looked at.</summary>
    private void TakeStock(MatchProgram program, ReadOnlySpan<char> text, TimeSpan timeout)
    {
        _stepsLeft = StepsBetweenClocks;
        _remembers |= _tried.TryBegin(program.TriedCount, text.Length);
        // The thread's own time: a host that gives it none must not make a failure.
        var now = ThreadCpuTime.Now;
        _started ??= now;
        if (timeout != Regex.InfiniteMatchTimeout && now - _started > timeout)
        {
            throw new RegexMatchTimeoutException(string.Empty, string.Create(
                CultureInfo.InvariantCulture, $"{program.Ops.Length} steps"), timeout);
        }
    }
}
