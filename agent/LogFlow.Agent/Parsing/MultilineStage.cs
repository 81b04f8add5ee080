using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace LogFlow.Agent;

/// <summary><c>multiline</c>: several lines become one message, as Filebeat's options say.</summary>
internal sealed class MultilineStage(MultilineConfig config, int lengthMax) : ParserStage
{
    private readonly Regex? _pattern = config.Pattern.Length > 0 ? LinePattern.Compile(config.Pattern) : null;
    private readonly Regex? _flush = config.FlushPattern.Length > 0 ? LinePattern.Compile(config.FlushPattern) : null;
    private readonly int _lengthMax = (int)Math.Min(lengthMax, config.MaxBytes?.Bytes ?? lengthMax);
    private AssembledMessage? _pending;
    private int _lines;

    /// <summary>The last line asks for another one (<c>match: before</c>).</summary>
    private bool _lastMatched;

    /// <inheritdoc/>
    public override long PendingStart => _pending?.Start ?? long.MaxValue;

    /// <inheritdoc/>
    public override void Feed(AssembledMessage message)
    {
        switch (config.Type)
        {
            case MultilineType.Count:
                FeedCount(message);
                break;
            case MultilineType.WhilePattern:
                FeedWhile(message);
                break;
            default:
                FeedPattern(message);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        if (_pending is { } pending)
        {
            _pending = null;
            pending.IsMultiline |= _lines > 1;
            Next(pending);
        }
    }

    /// <inheritdoc/>
    public override void Clear()
    {
        if (_pending is { } pending)
        {
            _pending = null;
            Release(pending);
        }
    }

    private void FeedPattern(AssembledMessage message)
    {
        var matches = Matches(_pattern!, message.Text) != config.Negate;
        var isAfter = config.Match == MultilineMatch.After;
        if (_pending is null || !(isAfter ? matches : _lastMatched))
        {
            Flush();
            Begin(message);
        }
        else
        {
            // The flush pattern is not tried on a message's first line.
            var ends = _flush is not null && Matches(_flush, message.Text);
            Add(message);
            if (ends)
            {
                Flush();
                return;
            }
        }

        _lastMatched = matches;
        if (!isAfter && !matches)
        {
            // What follows belongs to the next message, whatever it is.
            Flush();
        }
    }

    private void FeedWhile(AssembledMessage message)
    {
        if (Matches(_pattern!, message.Text) == config.Negate)
        {
            Flush();
            Next(message);
        }
        else if (_pending is null)
        {
            Begin(message);
        }
        else
        {
            Add(message);
        }
    }

    private void FeedCount(AssembledMessage message)
    {
        if (_pending is null)
        {
            Begin(message);
        }
        else
        {
            Add(message);
        }

        if (_lines >= config.CountLines)
        {
            Flush();
        }
    }

    private void Begin(AssembledMessage message)
    {
        _pending = message;
        _lines = 1;
        if (message.Length > _lengthMax)
        {
            message.Replace(message.Text[..JsonStringWriter.CharacterBoundary(message.Text, _lengthMax)]);
            message.IsTruncated = true;
        }
    }

    private void Add(AssembledMessage message)
    {
        var pending = _pending!;
        pending.End = message.End;
        pending.IsTruncated |= message.IsTruncated;
        if (_lines < config.MaxLines)
        {
            if (!config.SkipNewline)
            {
                pending.AppendBounded("\n"u8, _lengthMax);
            }

            pending.AppendBounded(message.Text, _lengthMax);
        }
        else
        {
            pending.IsTruncated = true;
        }

        if (message.Json is { } json)
        {
            if (pending.Json is null)
            {
                (pending.Json, pending.JsonStage) = (json, message.JsonStage);
            }
            else
            {
                pending.Json.Merge(json, overwrites: false);
            }
        }

        _lines++;
        Release(message);
    }

    private static bool Matches(Regex pattern, ReadOnlySpan<byte> text)
    {
        var pooled = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(text.Length));
        try
        {
            return pattern.IsMatch(pooled.AsSpan(0, Encoding.UTF8.GetChars(text, pooled)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(pooled);
        }
    }
}
