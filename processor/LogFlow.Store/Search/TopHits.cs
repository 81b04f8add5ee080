namespace LogFlow.Store;

/// <summary>The best hits so far, bounded. Thread-safe.</summary>
internal sealed class TopHits
{
    private readonly Lock _lock = new(); // Guards the queue.
    private readonly PriorityQueue<Hit, Hit> _worstFirst;
    private readonly HitComparer _comparer;
    private readonly int _capacity;
    private volatile Hit? _worst;

    public TopHits(int capacity, HitComparer comparer)
    {
        _capacity = capacity;
        _comparer = comparer;
        _worstFirst = new PriorityQueue<Hit, Hit>(Comparer<Hit>.Create((a, b) => comparer.Compare(b, a)));
    }

    /// <summary>
    /// The worst of the hits, once there are as many as wanted: what is not better need not be offered.
    /// </summary>
    public Hit? Worst => _worst;

    public void Offer(Hit hit)
    {
        lock (_lock)
        {
            if (_worstFirst.Count < _capacity)
            {
                _worstFirst.Enqueue(hit, hit);
            }
            else if (_comparer.Compare(hit, _worst) < 0)
            {
                _worstFirst.EnqueueDequeue(hit, hit);
            }

            _worst = _worstFirst.Count == _capacity ? _worstFirst.Peek() : null;
        }
    }

    public List<Hit> ToSorted()
    {
        lock (_lock)
        {
            var hits = _worstFirst.UnorderedItems.Select(item => item.Element).ToList();
            hits.Sort(_comparer);
            return hits;
        }
    }
}
