using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using LogFlow.Bulk;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// Pushes events to a list (RPUSH) or publishes them on a channel, over one connection, in order. A batch whose answers
/// did not all come is sent again.
/// </summary>
internal sealed class RedisBatchSink(RedisOutputConfig config, TopicIdentity lanes, SinkContext context)
    : SerialBatchSink(lanes, "Redis", new BackoffPolicy(config.BackoffInit, config.BackoffMax), context)
{
    private readonly List<HostAndPort> _hosts = RedisTarget.Hosts(config);
    private readonly TlsClient? _tls = config.Ssl?.CreateClient();
    private readonly EventTextWriter _writer = new(config.Codec, config.Index, context.Identity);
    private readonly NameSelector _keys = KeysOf(config, context);
    private RedisConnection? _connection;
    private int _host = RandomNumberGenerator.GetInt32(1 << 16);

    protected override async Task DeliverAsync(ReadOnlyMemory<Record> events, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(config.Timeout);
        var host = _hosts[_host % _hosts.Count];
        try
        {
            _connection ??= await RedisConnection.OpenAsync(host, config, _tls, limit.Token);
            var (commands, count) = Build(events);
            await _connection.SendAsync(commands.WrittenMemory, count, limit.Token);
        }
        catch (Exception error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await CloseAsync();
            _host++;
            throw new IOException(
                $"{host}: {(error is OperationCanceledException ? "no answer in time" : error.Message)}", error);
        }
    }

    protected override async ValueTask CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private static NameSelector KeysOf(RedisOutputConfig config, SinkContext context)
    {
        var known = BulkDestinations.KnownFields(context.Identity);
        return new NameSelector(
            FormatString.Parse(config.Key.Length > 0 ? config.Key : config.Index, known),
            config.Keys.Select(rule => new OutputRule(rule, rule.Key, known)),
            isLower: false);
    }

    /// <summary>Neighbours of one key go in one command.</summary>
    private (ArrayBufferWriter<byte> Commands, int Count) Build(ReadOnlyMemory<Record> events)
    {
        var commands = new ArrayBufferWriter<byte>();
        var text = new ArrayBufferWriter<byte>();
        var count = 0;
        for (var index = 0; index < events.Length; count++)
        {
            var key = KeyOf(events.Span[index]);
            var end = index + 1;
            while (config.DataType == "list" && end < events.Length && KeyOf(events.Span[end]) == key)
            {
                end++;
            }

            RedisConnection.BeginCommand(commands, 2 + end - index);
            RedisConnection.AddPart(commands, config.DataType == "list" ? "RPUSH"u8 : "PUBLISH"u8);
            RedisConnection.AddPart(commands, Encoding.UTF8.GetBytes(key));
            for (; index < end; index++)
            {
                text.ResetWrittenCount();
                _writer.Write(text, events.Span[index]);
                RedisConnection.AddPart(commands, text.WrittenSpan);
            }
        }

        return (commands, count);
    }

    private string KeyOf(in Record record)
    {
        if (_keys.Select(record.Value!.Value) is { } key)
        {
            return key;
        }

        Context.Counters.AddUnnamed();
        return config.Index;
    }
}
