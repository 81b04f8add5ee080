using System.Diagnostics.CodeAnalysis;

namespace LogFlow.Platform;

/// <summary>
/// One holder's share of something that has to be given back. Each holder has a lease of its own: who needs the thing
/// beyond a call takes one by <see cref="Retain"/> and disposes it when done; the last one gives the thing back.
/// A holder can only drop its own share: disposing twice is harmless, and using a disposed lease throws, so nobody can
/// touch bytes that have become somebody else's.
/// </summary>
/// <typeparam name="T">What is lent.</typeparam>
public sealed class Lease<T> : IDisposable
    where T : class, ILeasable
{
    private readonly Shares _shares;
    private int _isDisposed;

    /// <summary>The first lease of <paramref name="value"/>, which nobody else may give back from now on.</summary>
    public Lease(T value)
        : this(new Shares(value))
    {
    }

    private Lease(Shares shares) => _shares = shares;

    /// <summary>The thing itself, to be used while this lease is held.</summary>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public T Value
    {
        get
        {
            if (Volatile.Read(ref _isDisposed) != 0)
            {
                ThrowDisposed();
            }

            return _shares.Value;
        }
    }

    /// <summary>Another share of the same thing, for another holder.</summary>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public Lease<T> Retain()
    {
        if (Volatile.Read(ref _isDisposed) != 0 || !_shares.TryAdd())
        {
            ThrowDisposed();
        }

        return new Lease<T>(_shares);
    }

    /// <summary>Drops this holder's share.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _shares.Drop();
        }
    }

    [DoesNotReturn]
    private static void ThrowDisposed() => throw new ObjectDisposedException($"Lease<{typeof(T).Name}>");

    private sealed class Shares(T value)
    {
        private int _count = 1;

        public T Value => value;

        /// <summary>False where the last share is gone already: a holder that disposes on one thread what it retains
        /// on another must not bring it back to life.</summary>
        public bool TryAdd()
        {
            var count = Volatile.Read(ref _count);
            while (count > 0)
            {
                var seen = Interlocked.CompareExchange(ref _count, count + 1, count);
                if (seen == count)
                {
                    return true;
                }

                count = seen;
            }

            return false;
        }

        public void Drop()
        {
            if (Interlocked.Decrement(ref _count) == 0)
            {
                value.GiveBack();
            }
        }
    }
}
