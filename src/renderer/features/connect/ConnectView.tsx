import { Eye, Lock, Route } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { Progress } from '../../components/Progress.tsx'
import { Skeleton } from '../../components/Skeleton.tsx'
import styles from './ConnectView.module.css'
import { EarlierWorkspaces } from './EarlierWorkspaces.tsx'
import { Report } from './Report.tsx'
import { SourceForm } from './SourceForm.tsx'
import { useConnect } from './store.ts'

const manners: { icon: LucideIcon; title: string; text: string }[] = [
  {
    icon: Route,
    title: 'It leads a stream aside',
    text: 'One consistent copy is read, then only the log. Your queries run on the copy, not on the source.',
  },
  {
    icon: Lock,
    title: 'It writes nothing into your tables',
    text: 'One publication and one replication slot are all it makes. Both carry its name, and Remove drops them.',
  },
  {
    icon: Eye,
    title: 'It says how far behind it is',
    text: 'The bar at the foot of the window tells the age of the copy by the source’s own clock, always.',
  },
]

function WhatItDoes() {
  return (
    <section className={styles.manners} aria-label="What Millrace does with a source">
      <h2>What it does with a source</h2>
      <ul>
        {manners.map(({ icon: Icon, title, text }) => (
          <li key={title}>
            <Icon size={16} strokeWidth={1.75} aria-hidden />
            <div>
              <h3>{title}</h3>
              <p>{text}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function OpeningDemo() {
  return (
    <div className={styles.opening} role="status">
      <h2>Starting the demo shop</h2>
      <Progress value={null} label="Starting the demo shop" tone="source" />
      <p className="muted">
        A Postgres of its own starts on this machine. The first time it also makes the shop, a few hundred thousand rows;
        that takes some seconds.
      </p>
    </div>
  )
}

/** A URL, a look, the tables, one button. */
export function ConnectView() {
  const report = useConnect((state) => state.report)
  const fault = useConnect((state) => state.fault)
  const work = useConnect((state) => state.work)
  return (
    <div className={styles.connect}>
      <div className={styles.left}>
        <h1>Connect a Postgres</h1>
        <SourceForm />
      </div>
      <div className={styles.right}>
        {work === 'checking' ? (
          <div className={styles.looking}>
            <h2>Looking at the source</h2>
            <Skeleton label="Looking at the source" rows={9} />
          </div>
        ) : report ? (
          <Report report={report} />
        ) : (
          <>
            {fault && (
              <div className={styles.fault}>
                <ErrorNote fault={fault} />
              </div>
            )}
            {work === 'opening-demo' && <OpeningDemo />}
            <EarlierWorkspaces />
            <WhatItDoes />
          </>
        )}
      </div>
    </div>
  )
}
