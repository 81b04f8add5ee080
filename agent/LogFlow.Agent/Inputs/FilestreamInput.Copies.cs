using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// Rotation by copytruncate: the log is copied under a name derived from its own, then truncated. The copy is a new
/// file whose beginning was read already. It continues where the reading of the original ended, so that nothing is
/// read twice and what was written just before the truncation is not lost. A log that was compressed is such a copy.
/// </summary>
internal sealed partial class FilestreamInput
{
    /// <summary>A copy that has not grown for this long is complete.</summary>
    private static readonly TimeSpan CopySettled = TimeSpan.FromSeconds(10);

    private enum CopyVerdict
    {
        /// <summary>A file of its own.</summary>
        NotACopy,

        /// <summary>It is a copy, and where to begin is known.</summary>
        Copy,

        /// <summary>It is, or may become, a copy of a file that is still there whole: look again later.</summary>
        Wait,
    }

    private CopyVerdict CheckCopy(TrackedFile file, ILogFile handle)
    {
        foreach (var original in _byStem.PossibleOriginalsOf(file.Place))
        {
            Steps++;
            if (original == file || original.Harvester.State is null)
            {
                continue;
            }

            using var turn = original.Scheduled.TryTake();
            if (!turn.IsTaken)
            {
                return CopyVerdict.Wait;
            }

            var verdict = CompareWith(file, handle, turn.Harvester);
            if (verdict != CopyVerdict.NotACopy)
            {
                return verdict;
            }
        }

        // After the originals: one that was just found truncated is here by now.
        foreach (var ended in _context.Ended.PossibleOriginalsOf(file.Place))
        {
            Steps++;
            if (IsCopyUpTo(handle, ended.State, ended.Position, ended.TailCrc))
            {
                lock (_handOverLock)
                {
                    SayCopy(file, ended.State.Path, ended.Position);
                    file.Harvester.Continue(ended.State, ended.Position, ended.TailCrc);
                }

                return CopyVerdict.Copy;
            }
        }

        return CopyVerdict.NotACopy;
    }

    private CopyVerdict CompareWith(TrackedFile file, ILogFile handle, Harvester original)
    {
        if (original.State is not { } state)
        {
            return CopyVerdict.NotACopy;
        }

        // Compared first, then the original is looked at: what is equal in a whole original is a copy of it, and what
        // differs because the original was truncated meanwhile is noticed as that.
        var length = handle.IsCompressed ? handle.GetLength() : file.Status.Length;
        using var opened = original.IsOpen ? null : TryOpenAgain(original);
        var source = original.File ?? opened;
        var copyTail = 0u;
        var isSame = source is not null && IsSameUpTo(handle, source, length, state, out copyTail);
        var isIntact = source is not null
            && state.Head.Matches(source)
            && ContentMark.TryReadTail(source, original.Position, out var tailCrc)
            && tailCrc == original.TailCrc;
        if (!isIntact)
        {
            return ContinueTruncated(file, handle, original, state);
        }

        if (!isSame)
        {
            return CopyVerdict.NotACopy;
        }

        // The original is whole: it is read there, unless it is truncated before. Or the copying is under way still.
        var isSettled = length < original.Position && Age(file.Status) > CopySettled;
        if (length != original.Position && !isSettled)
        {
            return CopyVerdict.Wait;
        }

        SayCopy(file, original.Path, length);
        file.Harvester.SkipTo(handle, length, copyTail);
        return CopyVerdict.Copy;
    }

    /// <summary>The original was truncated, which was not noticed yet: what is unread is in the copy alone.</summary>
    private CopyVerdict ContinueTruncated(TrackedFile file, ILogFile handle, Harvester original, FileState state)
    {
        if (!IsCopyUpTo(handle, state, original.Position, original.TailCrc))
        {
            return CopyVerdict.NotACopy;
        }

        SayCopy(file, original.Path, original.Position);
        var (position, tailCrc) = (original.Position, original.TailCrc);
        lock (_handOverLock)
        {
            original.HandOver();
            file.Harvester.Continue(state, position, tailCrc);
        }

        return CopyVerdict.Copy;
    }

    private void SayCopy(TrackedFile file, string source, long position) => Log.CopyFound(
        _logger, _options.Id, RawPath.Display(file.Harvester.Path), RawPath.Display(source), position);

    /// <summary>Whether a file begins and ends as the original does in its first bytes.</summary>
    private static bool IsSameUpTo(
        ILogFile copy, ILogFile original, long length, FileState state, out uint copyTail) =>
        ContentMark.TryReadTail(copy, length, out copyTail)
        && ContentMark.TryReadTail(original, length, out var originalTail)
        && copyTail == originalTail
        && (length < state.Head.Length || state.Head.Matches(copy));

    private ILogFile? TryOpenAgain(Harvester original)
    {
        ILogFile? opened = null;
        try
        {
            opened = _context.OpenFile(original.Path);
            if (FileIdentity.Of(opened.GetStatus()).Key == original.Identity.Key)
            {
                return opened;
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // Gone: then it cannot be read there either.
        }
        catch
        {
            opened?.Dispose();
            throw;
        }

        opened?.Dispose();
        return null;
    }

    /// <summary>Reads now, after the original was seen truncated: only then is the copy complete for certain.</summary>
    private static bool IsCopyUpTo(ILogFile handle, FileState state, long position, uint tailCrc) =>
        state.Head.Length > 0
        && state.Head.Matches(handle)
        && ContentMark.TryReadTail(handle, position, out var crc)
        && crc == tailCrc;
}
