using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// What became of incarnations that ended with bytes unread: a copy that rotation made outside the paths, or
/// compressed, is found by its content and read on; what is nowhere is counted and said.
/// </summary>
internal sealed partial class FilestreamInput
{
    /// <summary>By then a copy that the paths match has been seen and continues it.</summary>
    private static readonly TimeSpan SettleAfter = TimeSpan.FromSeconds(1);

    private static readonly string[] OtherCompressions = [".zst", ".xz", ".bz2", ".lz4", ".zip"];

    private void SettleEnded()
    {
        while (_context.Ended.TakeUnsettled(SettleAfter) is { } ended)
        {
            Steps++;
            try
            {
                Settle(ended);
            }
            catch (Exception error) when (FileErrors.IsFileError(error))
            {
                _context.Ended.SettleLater(ended);
                NoteFailure(ended.State.Path, file: null, error);
                return;
            }
        }
    }

    private void Settle(EndedIncarnation ended)
    {
        var path = ended.State.Path;
        var place = TargetOf(path) ?? path;
        if (FindCopy(place, ended.State, ended.Position, ended.TailCrc) is { } copy)
        {
            IsFineAgain(path);
            lock (_handOverLock)
            {
                if (copy.Length > ended.Position)
                {
                    Adopt(copy, ended.State, ended.Position, ended.TailCrc);
                }
            }

            return;
        }

        var other = _neighbours.RotatedFormsOf(place).FirstOrDefault(
            name => OtherCompressions.Any(kind => name.EndsWith(kind, StringComparison.OrdinalIgnoreCase)));
        var reason = other is null
            ? "no copy of it was found beside it"
            : $"no copy of it was found beside it; {RawPath.Display(other)} may be one, but only gzip can be read";
        if (ended.UnreadBytes > 0)
        {
            CountLost(path, ended.UnreadBytes, reason);
        }
        else if (ended.WasUnwatched)
        {
            Log.MayBeLost(_logger, _options.Id, RawPath.Display(path), ended.Position, reason);
        }
    }

    /// <summary>
    /// A file beside one, of a name that rotation derives from its name, with an incarnation's content.
    /// </summary>
    private FoundCopy? FindCopy(string place, FileState state, long position, uint tailCrc)
    {
        foreach (var path in _neighbours.RotatedFormsOf(place))
        {
            Steps++;
            if (!FileStatus.TryGet(path, followSymlinks: false, out var status, out _)
                || status.Kind != FileKind.Regular
                || (_byIdentity.TryGetValue(FileIdentity.Of(status).Key, out var known)
                    && known.Harvester.State is not null))
            {
                continue;
            }

            using var file = TryOpenPlace(path);
            if (file is not null && IsCopyUpTo(file, state, position, tailCrc))
            {
                return new FoundCopy(path, file.GetStatus(), file.GetLength());
            }
        }

        return null;
    }

    /// <summary>An incarnation goes on in a copy of it, also one that the paths do not match.</summary>
    private void Adopt(FoundCopy copy, FileState state, long position, uint tailCrc)
    {
        var identity = FileIdentity.Of(copy.Status);
        if (!_byIdentity.TryGetValue(identity.Key, out var file))
        {
            file = Track(new Harvester(_context, copy.Path, identity, state: null), copy.Status, target: null);
            file.IsRenamed = true;
        }

        using (var turn = file.Scheduled.Take())
        {
            Log.Adopted(
                _logger, _options.Id, RawPath.Display(copy.Path), RawPath.Display(state.Path), position);
            turn.Harvester.Continue(state, position, tailCrc);
            file.IsVerified = true;
            file.IsIgnored = false;
        }

        Open(file);
    }

    private readonly record struct FoundCopy(string Path, FileStatus Status, long Length);
}
