namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// The configured nodes, taken in turn. A node that failed is left alone for the resurrect delay; when all have failed
/// the one that has rested longest is tried, so there is always one to ask.
/// </summary>
internal sealed class NodePool
{
    /// <summary>Guards <see cref="_nodes"/>' resting times and <see cref="_next"/>.</summary>
    private readonly Lock _lock = new();

    private readonly Node[] _nodes;
    private readonly TimeSpan _resurrectDelay;
    private readonly TimeProvider _time;
    private int _next;

    public NodePool(IReadOnlyList<Uri> hosts, TimeSpan resurrectDelay, TimeProvider time)
    {
        if (hosts.Count == 0)
        {
            throw new ArgumentException("at least one host is needed", nameof(hosts));
        }

        _nodes = [.. hosts.Select(host => new Node(host))];
        _resurrectDelay = resurrectDelay;
        _time = time;
    }

    public int Count => _nodes.Length;

    /// <summary>The node to ask next.</summary>
    public Uri Take()
    {
        var now = _time.GetTimestamp();
        lock (_lock)
        {
            var longestRested = _nodes[_next % _nodes.Length];
            for (var step = 0; step < _nodes.Length; step++)
            {
                var node = _nodes[(_next + step) % _nodes.Length];
                if (node.FailedAt is not { } failedAt || _time.GetElapsedTime(failedAt, now) >= _resurrectDelay)
                {
                    _next = (_next + step + 1) % _nodes.Length;
                    return node.Uri;
                }

                if (failedAt < longestRested.FailedAt)
                {
                    longestRested = node;
                }
            }

            _next = (_next + 1) % _nodes.Length;
            return longestRested.Uri;
        }
    }

    /// <summary>Records how the node's last request went.</summary>
    public void Report(Uri uri, bool answered)
    {
        lock (_lock)
        {
            foreach (var node in _nodes)
            {
                if (ReferenceEquals(node.Uri, uri))
                {
                    node.FailedAt = answered ? null : _time.GetTimestamp();
                }
            }
        }
    }

    private sealed class Node(Uri uri)
    {
        public Uri Uri { get; } = uri;

        /// <summary>Timestamp of the failure that ended its last use; null: it answers.</summary>
        public long? FailedAt { get; set; }
    }
}
