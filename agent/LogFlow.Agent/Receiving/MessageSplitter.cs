using System.Globalization;

namespace LogFlow.Agent;

/// <summary>
/// Tells the messages of one stream apart, by what ends them or by a length before each (RFC 6587). What is longer than
/// the limit is cut, and the rest passed over; so is what finds no room because other streams of the input hold it all.
/// Holds memory only while a message is incomplete. Not thread-safe.
/// </summary>
internal sealed class MessageSplitter(
    MessageFraming framing, byte[] delimiter, int lengthMax, ReceiveRoom room, Action<ReadOnlySpan<byte>, bool> next)
    : IDisposable
{
    private const int StepMin = 4096;

    /// <summary>Digits of the longest length.</summary>
    private const int DigitsMax = 9;

    /// <summary>What <see cref="IndexOfDelimiter"/> says where there is none; a negative index is one before.</summary>
    private const int NotFound = int.MinValue;

    private readonly byte[] _last = new byte[delimiter.Length - 1];
    private int _lastLength;
    private byte[] _kept = [];
    private int _length;

    /// <summary>Bytes of a counted message that are still to come; -1: it is not counted.</summary>
    private long _countLeft = -1;
    private bool _isCut;

    /// <summary>What began like a length is none.</summary>
    private bool _isLine;

    /// <summary>Takes what came.</summary>
    public void Feed(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_countLeft >= 0)
            {
                data = data[TakeCounted(data)..];
            }
            else if (framing == MessageFraming.Rfc6587 && StartsWithDigit(data))
            {
                data = data[TakeLength(data)..];
            }
            else
            {
                data = data[TakeDelimited(data)..];
            }
        }
    }

    /// <summary>The stream has ended: what is left is a message, too.</summary>
    public void Finish()
    {
        if (_length > 0)
        {
            Emit(_kept.AsSpan(0, _length));
        }

        (_countLeft, _isCut, _isLine, _lastLength) = (-1, false, false, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private bool StartsWithDigit(ReadOnlySpan<byte> data) =>
        !_isCut && !_isLine && (_length > 0 ? _kept[0] : data[0]) is >= (byte)'0' and <= (byte)'9';

    private int TakeLength(ReadOnlySpan<byte> data)
    {
        var taken = 0;
        while (taken < data.Length)
        {
            var letter = data[taken++];
            if (letter is >= (byte)'0' and <= (byte)'9' && _length < DigitsMax)
            {
                Keep([letter]);
                continue;
            }

            if (letter == ' ' && long.TryParse(
                _kept.AsSpan(0, _length), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
            {
                (_countLeft, _length) = (count, 0);
                return taken;
            }

            // No length after all: a line like others.
            _isLine = true;
            return taken - 1 + TakeDelimited(data[(taken - 1)..]);
        }

        return taken;
    }

    private int TakeCounted(ReadOnlySpan<byte> data)
    {
        var taken = (int)Math.Min(data.Length, _countLeft);
        var whole = _length == 0 && taken == _countLeft && taken <= lengthMax && !_isCut;
        if (!whole)
        {
            Keep(data[..taken]);
        }

        _countLeft -= taken;
        if (_countLeft == 0)
        {
            _countLeft = -1;
            Emit(TrimEnd(whole ? data[..taken] : _kept.AsSpan(0, _length)));
        }

        return taken;
    }

    private int TakeDelimited(ReadOnlySpan<byte> data)
    {
        var found = IndexOfDelimiter(data);
        if (found == NotFound)
        {
            Keep(data);
            Remember(data);
            return data.Length;
        }

        _lastLength = 0;
        if (_length == 0 && !_isCut && found <= lengthMax)
        {
            Emit(Trim(data[..Math.Max(0, found)]));
        }
        else
        {
            if (found >= 0)
            {
                Keep(data[..found]);
            }
            else if (!_isCut)
            {
                // The delimiter began in what is kept.
                _length += found;
            }

            Emit(Trim(_kept.AsSpan(0, _length)));
        }

        return found + delimiter.Length;
    }

    /// <summary>Where a delimiter starts; one of several bytes may lie across what came before and this.</summary>
    private int IndexOfDelimiter(ReadOnlySpan<byte> data)
    {
        for (var before = _lastLength; before > 0; before--)
        {
            if (data.Length >= delimiter.Length - before
                && _last.AsSpan(_lastLength - before, before).SequenceEqual(delimiter.AsSpan(0, before))
                && data.StartsWith(delimiter.AsSpan(before)))
            {
                return -before;
            }
        }

        var found = data.IndexOf(delimiter);
        return found < 0 ? NotFound : found;
    }

    /// <summary>Keeps the last bytes, which a delimiter may begin with, be they part of a message or not.</summary>
    private void Remember(ReadOnlySpan<byte> data)
    {
        if (data.Length >= _last.Length)
        {
            data[^_last.Length..].CopyTo(_last);
            _lastLength = _last.Length;
            return;
        }

        var stays = Math.Min(_lastLength, _last.Length - data.Length);
        _last.AsSpan(_lastLength - stays, stays).CopyTo(_last);
        data.CopyTo(_last.AsSpan(stays));
        _lastLength = stays + data.Length;
    }

    private ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> message) =>
        delimiter is [(byte)'\n'] ? TrimEnd(message) : message;

    /// <summary>Without a line end, which senders put behind counted messages, too.</summary>
    private static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> message) =>
        message is [.., (byte)'\r', (byte)'\n'] ? message[..^2]
        : message is [.., (byte)'\n' or (byte)'\r'] ? message[..^1]
        : message;

    private void Keep(ReadOnlySpan<byte> data)
    {
        var fits = Math.Min(data.Length, lengthMax - _length);
        if (_kept.Length < _length + fits)
        {
            var wanted = Math.Min(lengthMax, Math.Max(Math.Max(StepMin, _length + fits), _kept.Length * 2));
            if (room.TryTake(wanted - _kept.Length))
            {
                Array.Resize(ref _kept, wanted);
            }
            else
            {
                fits = _kept.Length - _length;
            }
        }

        data[..fits].CopyTo(_kept.AsSpan(_length));
        _length += fits;
        _isCut |= fits < data.Length;
    }

    private void Emit(ReadOnlySpan<byte> message)
    {
        next(message, _isCut);
        (_isCut, _isLine) = (false, false);
        Release();
    }

    private void Release()
    {
        room.Give(_kept.Length);
        (_kept, _length) = ([], 0);
    }
}
